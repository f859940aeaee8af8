FROM BASE
COPY --chown=nobodyknows k.txt /k
