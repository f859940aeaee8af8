FROM BASE
USER node
WORKDIR /of-user/deep
