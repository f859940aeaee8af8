FROM BASE
COPY --chmod=640 a /tree
COPY --chmod=4755 k.txt /new/setuid
COPY --chmod=0600 k.txt run.sh /several/
ADD --chmod=711 run.sh /run
