FROM BASE
ADD http://HOST:PORT/f.txt /dir/
ADD http://HOST:PORT/f.txt /dir/named
ADD --chmod=755 --chown=node http://HOST:PORT/f.txt /owned
