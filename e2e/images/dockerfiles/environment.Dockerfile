FROM BASE
RUN env | grep -vE '^(HOSTNAME|OTEL_.*|TRACEPARENT)=' | sort > /root-env && umask > /umask && pwd > /pwd && id > /id
USER node
RUN env | grep -vE '^(HOSTNAME|OTEL_.*|TRACEPARENT)=' | sort > /tmp/node-env && touch /tmp/of-node && mkdir /tmp/dir-of-node
