FROM BASE
RUN mkdir /real && ln -s /real /a
COPY . /
