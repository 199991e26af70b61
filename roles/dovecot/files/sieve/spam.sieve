# A message was moved, copied or put into Junk by its owner: it is spam.
require ["copy", "vnd.dovecot.pipe"];

if not size :over 4M {
    pipe :copy "learn" ["spam"];
}
