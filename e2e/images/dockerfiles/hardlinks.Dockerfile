FROM BASE AS s
RUN mkdir /h && echo one > /h/first && ln /h/first /h/second && ln /h/first /elsewhere
FROM s
COPY --from=s /h /copied
RUN ln /h/first /h/third && echo more >> /h/second
RUN rm /h/first
