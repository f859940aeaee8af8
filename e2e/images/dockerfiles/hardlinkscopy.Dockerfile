FROM BASE AS s
RUN mkdir /h && echo one > /h/first && ln /h/first /h/second
FROM BASE
COPY --from=s /h /copied
