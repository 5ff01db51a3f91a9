// cobra: a tool with subcommands, flags of every kind, checks of arguments,
// hooks, help, suggestions and completions for shells.
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	// What it is called with, and then every other line.
	lines := [][]string{os.Args[1:]}
	for _, line := range []string{
		"", "--help", "greet --help", "greet", "greet ada grace --times=2 -l de", "greet ada --times many",
		"greet ada --shout --quiet", "sum 1 2 39", "sum 1 x", "gret ada", "greet ada --tims 2", "nested deep er -vvv",
		"nested deep --since 1h30m --list a,b --list c --pair k=v", "old", "__complete greet --lang ", "__complete gr",
	} {
		lines = append(lines, strings.Fields(line))
	}
	for _, line := range lines {
		fmt.Printf("$ tool %q\n", line)
		root := tool()
		root.SetArgs(line)
		root.SetOut(os.Stdout)
		root.SetErr(os.Stdout)
		if err := root.Execute(); err != nil {
			fmt.Println("failed:", err)
		}
	}
	for _, shell := range []func(*cobra.Command, *strings.Builder) error{
		func(c *cobra.Command, out *strings.Builder) error { return c.GenBashCompletionV2(out, true) },
		func(c *cobra.Command, out *strings.Builder) error { return c.GenZshCompletion(out) },
		func(c *cobra.Command, out *strings.Builder) error { return c.GenFishCompletion(out, true) },
	} {
		var script strings.Builder
		err := shell(tool(), &script)
		fmt.Printf("%d %x %v\n", script.Len(), sha256.Sum256([]byte(script.String())), err)
	}
}

func tool() *cobra.Command {
	root := &cobra.Command{Use: "tool", Short: "A tool for everything", Version: "1.2.3", SilenceUsage: true}
	root.PersistentPreRunE = func(command *cobra.Command, _ []string) error {
		_, err := fmt.Fprintln(command.OutOrStdout(), "running", command.CommandPath())
		return err
	}
	root.PersistentFlags().CountP("verbose", "v", "say more")
	root.AddGroup(&cobra.Group{ID: "main", Title: "Main commands:"})
	root.AddCommand(greet(), sum(), nested())
	root.AddCommand(&cobra.Command{Use: "old", Deprecated: "use greet", Run: func(*cobra.Command, []string) {}})
	return root
}

func greet() *cobra.Command {
	command := &cobra.Command{
		Use: "greet NAME...", Aliases: []string{"hello"}, Short: "Greet people", GroupID: "main",
		Example: "  tool greet ada --times 2", Args: cobra.MinimumNArgs(1),
	}
	times := command.Flags().IntP("times", "t", 1, "how often")
	language := command.Flags().StringP("lang", "l", "en", "the language")
	shout := command.Flags().Bool("shout", false, "in capitals")
	command.Flags().Bool("quiet", false, "in small letters")
	command.MarkFlagsMutuallyExclusive("shout", "quiet")
	_ = command.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions([]string{"de", "en\tEnglish"}, cobra.ShellCompDirectiveNoFileComp))
	command.RunE = func(command *cobra.Command, names []string) error {
		greeting, known := map[string]string{"en": "hello", "de": "hallo"}[*language]
		if !known {
			return errors.New("unknown language " + *language)
		}
		if *shout {
			greeting = strings.ToUpper(greeting)
		}
		for range *times {
			command.Println(greeting, strings.Join(names, " and "))
		}
		return nil
	}
	return command
}

func sum() *cobra.Command {
	return &cobra.Command{
		Use: "sum NUMBER...", Short: "Add numbers", GroupID: "main",
		RunE: func(command *cobra.Command, arguments []string) error {
			total := 0
			for _, argument := range arguments {
				var number int
				if _, err := fmt.Sscan(argument, &number); err != nil {
					return fmt.Errorf("%q: %w", argument, err)
				}
				total += number
			}
			command.Println(total)
			return nil
		},
	}
}

func nested() *cobra.Command {
	parent := &cobra.Command{Use: "nested", Short: "Has more inside"}
	child := &cobra.Command{Use: "deep", Short: "Is inside"}
	since := child.Flags().Duration("since", time.Minute, "how long ago")
	list := child.Flags().StringSlice("list", nil, "several")
	pairs := child.Flags().StringToString("pair", nil, "names and values")
	child.Run = func(command *cobra.Command, arguments []string) {
		verbose, err := command.Flags().GetCount("verbose")
		command.Println(arguments, *since, *list, *pairs, verbose, err)
	}
	child.PostRun = func(command *cobra.Command, _ []string) { command.Println("afterwards") }
	parent.AddCommand(child)
	return parent
}
