<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use rcmail;
use rcmail_output_html;

/**
 * Filters and automatic replies destroy no mail: the forms do not offer to discard it, and what is posted all the same
 * goes to Trash, or stays in the inbox beside an automatic reply. Dovecot does the same for whatever script is uploaded.
 */
final class Filters
{
    public function __construct(private readonly danhba $plugin, private readonly rcmail $rcmail)
    {
    }

    /** Hook `startup`, before the form is read. */
    public function startup(array $args): array
    {
        if (!str_starts_with((string) $args['action'], 'plugin.managesieve')) {
            return $args;
        }
        if (($_POST['vacation_action'] ?? '') === 'discard') {
            $_POST['vacation_action'] = 'keep';
        }
        foreach ((array) ($_POST['_action_type'] ?? []) as $id => $type) {
            if ($type === 'discard') {
                $_POST['_action_type'][$id] = 'fileinto';
                $_POST['_action_mailbox'][$id] = (string) $this->rcmail->config->get('trash_mbox');
            }
            if (is_array($_POST['_action_flags'][$id] ?? null)) {
                $_POST['_action_flags'][$id] = array_values(array_filter(
                    $_POST['_action_flags'][$id],
                    fn ($flag): bool => !is_string($flag) || strcasecmp(ltrim($flag, '\\'), 'deleted') !== 0
                ));
            }
        }
        if (($_POST['vacation_status'] ?? '') === 'off') {
            $saved = ['managesieve.vacationsaved' => $this->plugin->gettext('vacationoff')];
            $this->rcmail->load_language(null, [], $saved);
        }
        if ($this->rcmail->output instanceof rcmail_output_html) {
            $this->plugin->include_script('filters.js');
        }
        return $args;
    }
}
