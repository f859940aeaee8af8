FROM BASE
COPY --chown=:adm k.txt /group
