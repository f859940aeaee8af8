FROM BASE AS s
RUN mkdir /b && touch /b/setuid /b/setgid && chmod 4755 /b/setuid && chmod 2755 /b/setgid
FROM BASE
COPY --from=s /b /directory
