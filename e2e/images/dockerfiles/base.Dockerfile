FROM BASE
RUN addgroup -g 4 adm && addgroup -g 33 www-data && addgroup -g 1000 node \
 && adduser -D -u 1000 -G node -h /home/node node && adduser -D -H -u 33 -G www-data -h /var/www www-data
