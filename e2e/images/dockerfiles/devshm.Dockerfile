FROM BASE
COPY k.txt /dev/shm/k.txt
