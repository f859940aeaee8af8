FROM BASE
SHELL ["/bin/sh", "-e", "-c"]
ENTRYPOINT echo entry
RUN true
