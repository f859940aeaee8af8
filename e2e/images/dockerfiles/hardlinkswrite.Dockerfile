FROM BASE
RUN echo one > /first && ln /first /second
RUN echo more >> /second
