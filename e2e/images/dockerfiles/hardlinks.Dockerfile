FROM BASE
RUN mkdir /h && echo one > /h/first && ln /h/first /h/second && ln /h/first /elsewhere
RUN ln /h/first /h/third
RUN rm /h/first
