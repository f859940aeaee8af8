FROM BASE AS first
ENV A=1
LABEL l=first
WORKDIR /first
USER node
EXPOSE 80
VOLUME /v
CMD ["first"]
HEALTHCHECK CMD true
ONBUILD RUN echo "$A" > /tmp/triggered
FROM first AS second
ENTRYPOINT ["/bin/echo"]
HEALTHCHECK NONE
LABEL l=second
