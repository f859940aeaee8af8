FROM BASE
RUN mkdir -p /real/a /tree/a && ln -s /real /link && ln -s real /relative && ln -s /real/a /tree/b && echo old > /real/r.md && ln -s /real/r.md /file-link
COPY a /link/
COPY a /relative/deep/
COPY a/b /tree/b/
COPY k.txt /file-link
COPY k.txt /link
