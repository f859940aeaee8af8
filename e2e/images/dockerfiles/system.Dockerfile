FROM BASE
RUN echo t > /tmp/t && mkdir -p /run/x && touch /run/x/y
COPY k.txt /workspace/
COPY k.txt /var/run/copied/
