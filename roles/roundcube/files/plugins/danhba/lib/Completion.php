<?php

declare(strict_types=1);

namespace Danhba;

use rcmail;
use rcube_addressbook;
use Transliterator;

/**
 * Who is proposed while a recipient is typed, and in which order: people whose name or title has words that begin so
 * before agencies whose name has them, and both before what has the letters anywhere. "hien" is Hiền, and then "thiên".
 *
 * Roundcube has looked for the letters anywhere in an entry by then, and kept the first `autocomplete_max` by name. What
 * begins with them is asked for once more, so that it is there however many others there are; and where there is nobody,
 * the words are taken for a title and an agency ("giám đốc sở y tế").
 */
final class Completion
{
    private const BOOK = 'danhba';
    private const SHOWN = 15;
    private const NAMES = ['unmarked', 'jobtitle', 'email'];
    private const PLACES = ['unmarked', 'jobtitle', 'department', 'organization'];
    /** Between the parts of a proposal, as the setting `contact_search_name` joins them. */
    private const PART = "\x1f";
    private const FOLD = ':: NFD; :: [:Mn:] Remove; :: NFC; :: Lower; đ > d;';

    private readonly Transliterator $fold;

    public function __construct(private readonly rcmail $rcmail)
    {
        $this->fold = Transliterator::createFromRules(self::FOLD);
    }

    /** Hook `contacts_autocomplete_after`. */
    public function order(array $args): array
    {
        $search = (string) $args['search'];
        $all = [...$args['contacts'], ...$this->find(self::NAMES, $search, rcube_addressbook::SEARCH_PREFIX)]
            ?: $this->find(self::PLACES, $search);
        $found = array_column($all, null, 'name');
        $ranks = array_map(fn (array $contact): int => $this->rank($contact, $this->folded($search)), $found);
        asort($ranks);
        $best = array_slice($ranks, 0, self::SHOWN, true);
        $args['contacts'] = array_map(fn (string $name): array => $this->shown($found[$name]), array_keys($best));
        return $args;
    }

    /** What a search finds in the province's book, as Roundcube's own proposals are. @return list<array> */
    private function find(array $fields, string $search, int $mode = 0): array
    {
        $book = isset($this->rcmail->config->get('ldap_public', [])[self::BOOK])
            ? $this->rcmail->get_address_book(self::BOOK) : null;
        $result = $book?->search($fields, $search, $mode, true, true, 'email');
        $proposals = [];
        while ($result && ($record = $result->iterate())) {
            $proposals[] = $this->proposal($record);
        }
        return $proposals;
    }

    private function proposal(array $record): array
    {
        $name = rcube_addressbook::compose_list_name($record);
        $email = rcube_addressbook::get_col_values('email', $record, true)[0];
        return ['name' => format_email_recipient($email, $name), 'type' => null, 'id' => $record['ID'],
            'source' => self::BOOK, 'display' => rcube_addressbook::compose_search_name($record, $email, $name)];
    }

    /** The place of a proposal: the smaller, the further up. */
    private function rank(array $contact, string $typed): int
    {
        [$name, $given, $title, $agency, $email] = array_map([$this, 'folded'], $this->parts($contact));
        $words = $this->words($typed);
        $person = $given !== '' || ($contact['source'] ?? '') !== self::BOOK;
        return match (true) {
            $person && $this->begin($words, $name) => $this->begin([$words[0]], $given) ? 0 : 1,
            $person && str_starts_with($email, $typed) => 1,
            $person && str_starts_with($title, $typed) => 2,
            $person && $this->begin($words, "$name $title $agency") => 3,
            !$person && $this->begin($words, "$name $email") => 4,
            default => $person ? 5 : 6,
        };
    }

    /** Name, given name, title, agency and address; of a group of contacts the name alone. @return list<string> */
    private function parts(array $contact): array
    {
        return explode(self::PART, $contact['display'] ?? $contact['name']) + ['', '', '', '', ''];
    }

    /** A proposal with the text that is shown: who it is, not only what the person is called. */
    private function shown(array $contact): array
    {
        if (isset($contact['display'])) {
            [$name, , $title, $agency, $email] = $this->parts($contact);
            $place = implode(', ', array_filter([$title, $agency === $name ? '' : $agency]));
            $contact['display'] = $name . ($place === '' ? '' : " – $place") . " <$email>";
        }
        return $contact;
    }

    private function folded(string $text): string
    {
        return (string) $this->fold->transliterate($text);
    }

    /** @return list<string> */
    private function words(string $text): array
    {
        return preg_split('/[^\p{L}\p{N}]+/u', $text, -1, PREG_SPLIT_NO_EMPTY) ?: [''];
    }

    /** Whether each of the typed words begins a word of the text. @param list<string> $words */
    private function begin(array $words, string $text): bool
    {
        $text = ' ' . implode(' ', $this->words($text));
        return array_filter($words, fn (string $word): bool => !str_contains($text, " $word")) === [];
    }
}
