FROM BASE AS s
RUN mkdir -p /d/real && echo 1 > /d/real/f && ln -s real /d/dir && ln -s real/f /d/file && ln -s /d/real/f /abs && ln -s /d/real /absdir
FROM BASE
COPY --from=s /d/file /one
COPY --from=s /d/dir /two
COPY --from=s /d/dir/f /three
COPY --from=s /d /four
COPY --from=s /abs /absdir /five/
