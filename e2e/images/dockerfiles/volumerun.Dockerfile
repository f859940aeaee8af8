FROM BASE
RUN mkdir /data
VOLUME /data
RUN echo after > /data/after
