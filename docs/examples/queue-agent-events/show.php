<?php
error_log("------");
foreach ($_GET as $key => $value){
    error_log("$key => $value");
}
?>
