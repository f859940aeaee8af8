FROM BASE
RUN mkdir /b && cd /b && touch setuid setgid plain && mkdir dsticky dsetgid dclosed \
 && chmod 4755 setuid && chmod 2755 setgid && chmod 1777 dsticky && chmod 2775 dsetgid && chmod 000 dclosed plain
RUN chown node:adm /b/plain && chmod 700 /home && chown node /home
