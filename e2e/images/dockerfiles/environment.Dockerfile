FROM BASE
RUN env | grep -v '^HOSTNAME=' | sort > /root-env && umask > /umask && pwd > /pwd && id > /id && ulimit -c > /dev/null
USER node
RUN env | grep -v '^HOSTNAME=' | sort > /tmp/node-env && touch /tmp/of-node && mkdir /tmp/dir-of-node
USER 1234
RUN env | grep -v '^HOSTNAME=' | sort > /tmp/number-env && id > /tmp/number-id
