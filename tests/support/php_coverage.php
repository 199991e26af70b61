<?php
// Runs before each script of PHP on a test host: notes which lines of the project's own files the request went through.
declare(strict_types=1);

\pcov\start();
$note = static function (): void {
    \pcov\stop();
    // Not the texts, which are PHP too.
    $places = '~^/usr/share/roundcube/plugins/danhba/(danhba[.]php|lib/)|^/usr/local/share/danhba/pages/~';
    $own = static fn (string $file): bool => (bool) preg_match($places, $file);
    $lines = \pcov\collect(\pcov\inclusive, array_values(array_filter(get_included_files(), $own)));
    file_put_contents('/var/log/php-coverage/' . bin2hex(random_bytes(8)), json_encode($lines) . "\n");
};
// After what the script itself has for its end: that is noted down later, and called later.
register_shutdown_function(static fn () => register_shutdown_function($note));
