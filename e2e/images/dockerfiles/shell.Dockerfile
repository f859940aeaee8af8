FROM BASE
SHELL ["/bin/sh", "-c"]
RUN echo $0 $- > /flags
ENTRYPOINT echo entry
CMD echo command
HEALTHCHECK CMD echo healthy
