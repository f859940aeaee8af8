FROM BASE
RUN printf 'adm:x:4:\nwww-data:x:33:\nnode:x:1000:\n' >> /etc/group \
 && printf 'www-data:x:33:33:www-data:/var/www:/bin/false\nnode:x:1000:1000:node:/home/node:/bin/sh\n' >> /etc/passwd \
 && mkdir -p /home/node && chown node:node /home/node
