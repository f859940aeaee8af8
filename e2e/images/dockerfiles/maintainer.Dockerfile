FROM BASE
MAINTAINER Some One <one@example.com>
CMD /bin/true && echo "x" 'y'
