FROM BASE
RUN mkdir -p /d/sub && echo x > /d/sub/f && echo y > /f && chown node /f && chmod 600 /f
COPY a /d/
COPY a/b /d/sub
COPY k.txt /f
ADD a.tar /d/
