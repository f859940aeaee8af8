FROM BASE
WORKDIR one
WORKDIR two/
RUN pwd > /here
WORKDIR ../three
COPY k.txt ./
WORKDIR /a/b/../c/
