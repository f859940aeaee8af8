FROM BASE
LABEL one=1 "two words"="a b" multi="x\
y" quote="say \"hi\""
LABEL one=2
EXPOSE 80 443/tcp 53/udp
STOPSIGNAL 9
HEALTHCHECK --interval=5s --timeout=3s --start-period=1m --retries=2 CMD ["true", "-x"]
USER 1000:33
WORKDIR /w
ENTRYPOINT ["/bin/echo", "a b"]
CMD ["x", "$HOME"]
ONBUILD RUN echo triggered > /onbuild
ONBUILD COPY . /onbuild-context/
