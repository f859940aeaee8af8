FROM BASE
ADD https://HOST:PORT/f.txt /a
