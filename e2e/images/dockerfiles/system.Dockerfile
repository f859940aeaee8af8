FROM BASE
RUN echo '1.2.3.4 name' >> /etc/hosts && echo 'nameserver 1.2.3.4' > /etc/resolv.conf && echo name > /etc/hostname
RUN mkdir -p /var/run/service && echo 1 > /var/run/service/pid && echo t > /tmp/t && mkdir -p /run/x && touch /run/x/y
COPY k.txt /var/run/copied/
COPY k.txt /workspace/
COPY k.txt /dev/shm/k.txt
