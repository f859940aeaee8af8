FROM BASE
RUN true
USER node
WORKDIR /of-user/deep
