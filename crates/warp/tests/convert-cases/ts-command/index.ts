console.log("a program for the command line");
