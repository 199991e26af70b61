<?php

declare(strict_types=1);

namespace Danhba;

use rcube_db;
use RuntimeException;

/**
 * Which row of Roundcube's `users` belongs to which mailbox, by the mailbox's kind and id (R6.2a): when the address
 * changes, preferences, contacts, signature and filters stay its owner's.
 */
final class Mailboxes
{
    /** @var list<string> tables of things that a user owns and of which any number may be alike */
    private const OWNED = ['contacts', 'contactgroups', 'responses'];

    public function __construct(private readonly rcube_db $db)
    {
    }

    /**
     * Before Roundcube looks for the user of an address: let it find the row of this mailbox, and no other's.
     *
     * @param array{kind: string, id: string, address: string} $mailbox
     */
    public function follow(array $mailbox): void
    {
        if (!$this->misplaced($mailbox)) {
            return;
        }
        $this->in_transaction(function () use ($mailbox): void {
            // What stood before the lock may have moved.
            if ($rows = $this->misplaced($mailbox)) {
                $this->place($mailbox, ...$rows);
            }
        });
    }

    /** @return array{?array, ?array}|null the mailbox's own row and the one of its address, where these have to change */
    private function misplaced(array $mailbox): ?array
    {
        $own = $this->row('m.kind = ? AND m.id = ?', $mailbox['kind'], $mailbox['id']);
        $named = $this->row('u.username = ?', $mailbox['address']);
        $right = $own ? $own['username'] === $mailbox['address'] : !$this->has_owner($named);
        return $right ? null : [$own, $named];
    }

    private function place(array $mailbox, ?array $own, ?array $named): void
    {
        if ($own && $named && !$this->has_owner($named)) {
            $this->merge((int) $named['user_id'], (int) $own['user_id']);
        }
        if ($named) {
            $this->rename((int) $named['user_id'], "aside/{$named['user_id']}");
        }
        if ($own) {
            $this->rename((int) $own['user_id'], $mailbox['address']);
        }
    }

    private function has_owner(?array $row): bool
    {
        return $row && $row['kind'] !== null;
    }

    /**
     * After Roundcube has found or made the row: note whose it is. Whether the mailbox is opened for the first time.
     *
     * @param array{kind: string, id: string} $mailbox
     */
    public function remember(array $mailbox, int $user_id): bool
    {
        $done = $this->run('INSERT INTO danhba_mailbox (kind, id, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
            $mailbox['kind'], $mailbox['id'], $user_id);
        return $this->db->affected_rows($done) === 1;
    }

    private function row(string $condition, string ...$values): ?array
    {
        $result = $this->run('SELECT u.user_id, u.username, m.kind, m.id FROM users u'
            . " LEFT JOIN danhba_mailbox m ON m.user_id = u.user_id WHERE $condition", ...$values);
        return $this->db->fetch_assoc($result) ?: null;
    }

    private function rename(int $user_id, string $name): void
    {
        $this->run('UPDATE users SET username = ? WHERE user_id = ?', $name, $user_id);
    }

    /** What was gathered under a row that nobody owned goes to the mailbox's own; nothing is deleted. */
    private function merge(int $from, int $into): void
    {
        foreach (self::OWNED as $table) {
            $this->run("UPDATE $table SET user_id = ? WHERE user_id = ?", $into, $from);
        }
        $this->run('UPDATE collected_addresses a SET user_id = ? WHERE user_id = ? AND NOT EXISTS (SELECT FROM'
            . ' collected_addresses b WHERE b.user_id = ? AND b.type = a.type AND b.email = a.email)', $into, $from, $into);
    }

    private function in_transaction(callable $work): void
    {
        $this->db->startTransaction();
        try {
            // One at a time, so that two sign-ins do not rename across each other.
            $this->run('LOCK TABLE danhba_mailbox IN SHARE ROW EXCLUSIVE MODE');
            $work();
        } catch (RuntimeException $error) {
            $this->db->rollbackTransaction();
            throw $error;
        }
        if (!$this->db->endTransaction()) {
            throw new RuntimeException('The database of the webmail did not commit.');
        }
    }

    private function run(string $statement, mixed ...$values): mixed
    {
        $result = $this->db->query($statement, $values);
        if (!$result || $this->db->is_error($result)) {
            throw new RuntimeException('The database of the webmail did not do what it was asked.');
        }
        return $result;
    }
}
