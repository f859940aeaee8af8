FROM BASE
RUN mkdir -p /var/run/service && echo 1 > /var/run/service/pid
