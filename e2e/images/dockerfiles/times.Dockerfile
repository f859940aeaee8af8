FROM BASE AS s
RUN mkdir /t && echo x > /t/f && touch -d '2021-02-03 04:05:06' /t/f /t
FROM BASE
COPY --from=s /t /t
COPY k.txt run.sh /ctx/
COPY a /ctx/a
ADD http://HOST:PORT/f.txt /f.txt
ADD a.tar /x/
