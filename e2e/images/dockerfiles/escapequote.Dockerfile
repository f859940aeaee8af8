# escape=`
FROM BASE
ENV B="a`"b"
