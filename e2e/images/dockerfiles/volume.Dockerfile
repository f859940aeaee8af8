FROM BASE
RUN mkdir /data && echo before > /data/before
VOLUME /data /logs
VOLUME ["/json one", "/other"]
COPY k.txt /data/k.txt
