FROM BASE
COPY --chmod=640 a /tree
COPY --chmod=600 k.txt /single
ADD --chmod=711 run.sh /run
