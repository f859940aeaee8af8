FROM BASE
WORKDIR one
WORKDIR two/
RUN pwd > /here
WORKDIR ../three
COPY k.txt ./
USER node
WORKDIR /of-user/deep
WORKDIR /a//b/../c/
