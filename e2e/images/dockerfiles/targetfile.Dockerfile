FROM BASE
RUN mkdir /t && echo x > /t/file && mkdir /t/dir
COPY k.txt /t/dir
COPY a /t/new/dir
COPY k.txt /t/new/file
COPY k.txt /t/slash/
COPY a/b/c.txt .
COPY a ./relative
