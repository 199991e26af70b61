<?php

declare(strict_types=1);

namespace Danhba;

/** How a contact is shown: the family name first, and of what the province's book has twice the one with its marks. */
final class ContactCard
{
    private const NAMES = ['prefix', 'surname', 'middlename', 'firstname', 'suffix'];
    private const TWICE = ['organization', 'department', 'jobtitle'];

    /** Hook `contact_form`. */
    public function settle(array $args): array
    {
        $args['head_fields']['names'] = self::NAMES;
        foreach (self::TWICE as $field) {
            if (is_array($args['record'][$field] ?? null)) {
                $args['record'][$field] = $args['record'][$field][0];
            }
        }
        // Its family and given names are not the whole name, and only it has a field for names without marks.
        if (isset($args['record']['unmarked'])) {
            $args['record']['surname'] = $args['record']['name'];
            unset($args['record']['firstname']);
        }
        return $args;
    }
}
