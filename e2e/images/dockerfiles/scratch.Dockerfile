FROM scratch
COPY a /a
COPY --chmod=755 run.sh /
ENV X=1
CMD ["/run.sh"]
