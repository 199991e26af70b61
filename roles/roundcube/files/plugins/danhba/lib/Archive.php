<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use rcmail;
use rcube;

/** The folder Archive by its Vietnamese name wherever folders are named: the plugin archive does so in one list alone. */
final class Archive
{
    private readonly string $folder;

    public function __construct(private readonly danhba $plugin, rcmail $rcmail)
    {
        $this->folder = (string) $rcmail->config->get('archive_mbox');
    }

    /** Hook `render_folder_selector`: where a folder is chosen. */
    public function chosen(array $args): array
    {
        if (isset($args['list'][$this->folder])) {
            $args['list'][$this->folder]['name'] = $this->plugin->gettext('archive');
        }
        return $args;
    }

    /** Hook `folders_list`: in the settings. */
    public function listed(array $args): array
    {
        if (isset($args['list'][$this->folder])) {
            $folder = &$args['list'][$this->folder];
            $name = rcube::Q($this->plugin->gettext('archive'));
            $folder['content'] = str_replace(">{$folder['display']}<", ">$name<", $folder['content']);
            $folder['display'] = $name;
        }
        return $args;
    }
}
