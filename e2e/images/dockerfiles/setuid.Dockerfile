FROM BASE AS s
RUN touch /setuid /setgid && chmod 4755 /setuid && chmod 2755 /setgid
FROM BASE
COPY --from=s /setuid /setgid /copied/
