FROM BASE
RUN mkdir -p /d/sub && echo x > /d/sub/f && chown node /d && chmod 700 /d
COPY a /d/
