<?php

declare(strict_types=1);

namespace Danhba;

use danhba;

/** The editor of formatted text: in Vietnamese, which TinyMCE does not bring along, and with what letters need. */
final class Editor
{
    /** @var list<string> what edits source, embeds films and writes from right to left */
    private const PLUGINS = ['charmap', 'code', 'directionality', 'media', 'nonbreaking', 'searchreplace'];
    private const BUTTONS = ['charmap', 'code', 'ltr', 'rtl', 'media', 'searchreplace'];

    public function __construct(private readonly danhba $plugin)
    {
    }

    /** Hook `html_editor`. */
    public function prepare(array $args): array
    {
        $this->plugin->include_script('editor.js');
        $args['disabled_plugins'] = [...$args['disabled_plugins'], ...self::PLUGINS];
        $args['disabled_buttons'] = [...$args['disabled_buttons'], ...self::BUTTONS];
        return $args;
    }

    /** Hook `message_outgoing_body`: what is quoted is no source code, and fixed-width fonts set Vietnamese marks apart. */
    public function leave_font(array $args): array
    {
        if ($args['type'] === 'html') {
            $args['body'] = str_replace('padding: 0; font-family: monospace">', 'padding: 0">', $args['body']);
        }
        return $args;
    }
}
