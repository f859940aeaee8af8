FROM BASE
RUN mkdir /n && cd /n && for i in 1 2 3 4 5; do d=$(printf '%0100d' $i); mkdir $d && cd $d; done && touch file
RUN cd /n && touch 'sp ace' 'é日本' .wh ./-dash '*' 'back\slash' 'quote"' && mkdir empty 'um läut'
RUN cd /n && ln -s $(printf '%0200d' 7) long-link && ln -s ../nowhere dangling && mkfifo pipe
RUN rm /n/-dash '/n/sp ace'
