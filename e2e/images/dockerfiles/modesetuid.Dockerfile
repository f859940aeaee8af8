FROM BASE
COPY --chmod=4755 k.txt /setuid
