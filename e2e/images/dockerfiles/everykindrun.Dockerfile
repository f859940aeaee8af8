FROM BASE AS s
COPY . /all/
FROM BASE
COPY --from=s /all /all
RUN chmod -R g+w /all/modes && rm -r /all/deep
