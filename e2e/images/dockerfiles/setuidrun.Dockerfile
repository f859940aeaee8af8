FROM BASE
RUN touch /f && chmod 4755 /f
RUN chown node /f && chmod 4711 /f && mkdir /d && chmod 2755 /d
RUN chmod g+w /f
