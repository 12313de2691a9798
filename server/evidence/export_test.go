package evidence

// Patience is how long all tries of a server that hangs take.
const Patience = tries * answerTime
