FROM BASE
COPY --chown=node a /node
COPY --chown=node:adm a /node-adm
COPY --chown=33 k.txt /number
COPY --chown=www-data:1234 k.txt /deep/er/mixed
ADD --chown=node:node a.tar /archive/
ADD --chown=1:2 a /added/
USER www-data
COPY k.txt run.sh /as-user/
