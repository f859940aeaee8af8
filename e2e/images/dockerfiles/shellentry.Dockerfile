FROM BASE
SHELL ["/bin/sh", "-e", "-c"]
ENTRYPOINT echo entry
CMD echo command
